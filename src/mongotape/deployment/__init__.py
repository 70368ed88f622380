"""Scripted deployments in the test process: a replica set whose primary steps down, a member that dies.

Members listen on loopback and speak MongoDB's wire protocol, so clients are real and their events are too.
"""

from mongotape.deployment._address import Address, AddressLike
from mongotape.deployment._deployment import FakeDeployment
from mongotape.deployment._factory import FakeDeployments
from mongotape.deployment._received import ReceivedCommand
from mongotape.deployment._script import Documents, NetworkError, Rule, ScriptedError, ScriptedReply

__all__ = [
    "Address",
    "AddressLike",
    "Documents",
    "FakeDeployment",
    "FakeDeployments",
    "NetworkError",
    "ReceivedCommand",
    "Rule",
    "ScriptedError",
    "ScriptedReply",
]

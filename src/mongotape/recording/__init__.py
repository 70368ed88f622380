"""Keeps every event of the clients that carry a recorder."""

from __future__ import annotations

from mongotape.recording._capture import ProcessCapture, process_capture
from mongotape.recording._recorder import EventRecorder

__all__ = ["EventRecorder", "ProcessCapture", "process_capture"]

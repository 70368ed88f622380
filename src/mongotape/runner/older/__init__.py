from mongotape.runner.older._pools import PoolContext
from mongotape.runner.older._topologies import TopologyContext

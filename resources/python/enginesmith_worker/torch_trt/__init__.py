"""Torch-TensorRT: blocks of a PyTorch program become TensorRT engines, the rest stays in PyTorch, one file holds both."""

"""Both ONNX exporters of torch behind one request; what they need to agree on is made once, in request.py."""

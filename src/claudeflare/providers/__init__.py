"""What the gateway needs to know about an upstream API, behind one seam (`provider.py`). Pure: bytes in, values out."""

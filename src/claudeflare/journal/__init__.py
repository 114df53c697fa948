"""The boundary between the planes: the gateway appends frames, control reads them in batches and deletes segments."""

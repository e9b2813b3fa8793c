"""What other teams of the organization are told by mail; it is no letter and is not kept."""

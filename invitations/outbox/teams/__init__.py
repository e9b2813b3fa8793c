"""What staff and other teams are told by mail: it is no letter and is not kept."""

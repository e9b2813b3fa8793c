"""What is put right once letters have left: a wrong name, a wrong address, another person."""

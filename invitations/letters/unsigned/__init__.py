"""Copies of letters for those who must sign on paper: Word documents, marked as unsigned."""

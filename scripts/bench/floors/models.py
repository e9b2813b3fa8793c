"""One row of ten fields."""

from django.db import models


class Answer(models.Model):
    # For mypy, which checks these models with the product's settings.
    objects: "models.Manager[Answer]" = models.Manager()

    answer = models.CharField(max_length=20, default="regrets")
    substitute_name = models.CharField(max_length=120, blank=True)
    substitute_function = models.CharField(max_length=200, blank=True)
    segments = models.CharField(max_length=200, blank=True)
    partnership_interest = models.BooleanField(default=False)
    respondent_name = models.CharField(max_length=120, blank=True)
    respondent_function = models.CharField(max_length=200, blank=True)
    respondent_email = models.EmailField(blank=True)
    respondent_phone = models.CharField(max_length=40, blank=True)
    remarks = models.TextField(max_length=2000, blank=True)

    def __str__(self) -> str:
        return self.answer

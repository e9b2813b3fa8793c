from crispy_forms.helper import FormHelper
from django import forms

from .models import Answer


class AnswerForm(forms.ModelForm):
    class Meta:
        model = Answer
        fields = [
            "answer", "substitute_name", "substitute_function", "segments",
            "partnership_interest", "respondent_name", "respondent_function", "respondent_email",
            "respondent_phone", "remarks",
        ]  # fmt: skip

    helper = FormHelper()
    helper.disable_csrf = True

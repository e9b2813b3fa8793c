"""The floors: a form that is shown, and one that is saved in a locked row."""

from crispy_forms.helper import FormHelper
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path

from .models import Answer


class AnswerForm(forms.ModelForm):
    helper = FormHelper()
    helper.disable_csrf = True

    class Meta:
        model = Answer
        fields = "__all__"


def show(request: HttpRequest) -> HttpResponse:
    return render(request, "floors/form.html", {"form": AnswerForm()})


@transaction.atomic
def save(request: HttpRequest, pk: int) -> HttpResponse:
    form = AnswerForm(request.POST, instance=Answer.objects.select_for_update().get(pk=pk))
    if not form.is_valid():
        return HttpResponseBadRequest()
    form.save()
    return HttpResponseRedirect("/")


urlpatterns = [path("", show), path("<int:pk>/", save)]

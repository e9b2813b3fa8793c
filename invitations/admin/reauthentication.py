"""Ask again who it is before what cannot be taken back; tell what no person has asked for."""

from allauth.account.decorators import reauthentication_required
from django.utils.decorators import method_decorator

# For a view or an action of an admin page. What was typed is kept meanwhile; how long a sign-in
# counts, and what becomes of the request, is for the site to say.
signed_in_recently = method_decorator(reauthentication_required(app="invitations"))

# In the address of what a page asks for by itself: it is no sign that anybody is there.
UNATTENDED = "unattended"

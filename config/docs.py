"""The browsable API documentation, from our own origin and under our content policy."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularSwaggerSplitView

# The page brings a style element of its own; its script comes as a second request, so scripts stay strict.
_own_styles = csp_update({"style-src": [SELF, UNSAFE_INLINE]})


@method_decorator(_own_styles, name="dispatch")
class ApiDocs(SpectacularSwaggerSplitView):
    """Show the schema for reading and trying."""

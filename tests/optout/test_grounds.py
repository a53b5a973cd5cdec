"""Which ground goes with which role."""

import pytest

from auditor.errors import RefusedError
from auditor.optout.law import Ground, Role, law

REFUSED = {(Ground.BIPA, Role.PHOTOGRAPHER)}


@pytest.mark.parametrize("ground", Ground)
@pytest.mark.parametrize("role", Role)
def test_a_ground_is_open_to_those_whom_its_law_gives_a_right(ground: Ground, role: Role) -> None:
    if (ground, role) in REFUSED:
        with pytest.raises(RefusedError):
            law(ground, role)
    else:
        assert law(ground, role).applies


def test_a_refused_ground_says_why_and_what_else_there_is() -> None:
    with pytest.raises(RefusedError) as refusal:
        law(Ground.BIPA, Role.PHOTOGRAPHER)
    assert refusal.value.exit_code == 6
    assert refusal.value.message.startswith("--ground bipa does not go with --as photographer: the Illinois ")
    assert refusal.value.message.endswith("whose face was measured, not to the photographer")
    assert refusal.value.hint == (
        "A photographer can use --ground none, --ground gdpr, --ground uk-gdpr, --ground ccpa. If the photos"
        " show you or your child: --as subject or --as guardian, with --link."
    )

"""The columns that a minister's row brings, and the fields they fill."""

MINISTER_FIELDS = {
    "honorific": "honorific",
    "prenominal": "prenominal",
    "given_name": "given_name",
    "family_name": "family_name",
    "name_in_script": "name_in_script",
    "family_name_in_script": "family_name_in_script",
    "name_in_dative": "name_in_dative",
    "portfolio_in_dative": "portfolio_in_dative",
    "name_as_printed": "name_as_printed",
    "opening": "salutation_as_printed",
    "closing": "closing_as_printed",
    "gender": "address_gender",
    "rank": "rank_id",
    "portfolio": "portfolio",
    "portfolio_in_second_language": "portfolio_in_second_language",
    "language": "language",
    "second_language": "second_language",
    "to": "to_emails",
    "cc": "cc_emails",
    "ref": "ref",
}
NAME_FIELDS = ("given_name", "family_name", "name_in_script")
# What a row says of itself, beside the fields of the minister and of the invitation.
MARKS = ("unnamed", "replaces", "principal")
# Names and codes, in which full-width letters and digits become ordinary ones.
IN_LATIN_LETTERS = (
    "state", "prenominal", "given_name", "family_name", "gender", "rank", "language",
    "second_language", "ref", *MARKS,
)  # fmt: skip
FOCAL_POINT_FIELDS = ("focal_point_name", "focal_point_email")
ADDRESS_FIELDS = ("to_emails", "cc_emails")
COLUMNS = ("state", *MINISTER_FIELDS, *FOCAL_POINT_FIELDS, *MARKS)
REQUIRED_COLUMNS = ("state", "family_name", "portfolio")

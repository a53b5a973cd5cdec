"""The letter as an unsent e-mail that opens in a mail program, with its recipient and the table of links."""

from email.message import EmailMessage
from email.policy import SMTP

from auditor.text import plain


def email(*, to: str | None, subject: str, body: str, csv_name: str, csv: str) -> bytes:
    """The message as the bytes of an ``.eml`` file; without `to`, the user fills the recipient in.

    Nothing can add a header: values are single lines, and the policy refuses any that are not.
    """
    message = EmailMessage(policy=SMTP)
    # Outlook and others open a message with this header as a draft.
    message["X-Unsent"] = "1"
    if to:
        message["To"] = plain(to)
    message["Subject"] = plain(subject)
    message.set_content(body, charset="utf-8")
    message.add_attachment(csv.encode(), maintype="text", subtype="csv", filename=csv_name)
    return message.as_bytes()

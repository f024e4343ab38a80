"""The block [notify] of settings.toml: whom to tell, and of what. Secrets are not in it."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ingest.pulled.origins import is_this_machine

# Where an address holds this, the secret from keys/ takes its place.
SECRET = "{secret}"  # noqa: S105 - the place of a secret, not one


def _web_address(address: str) -> str:
    if not address:
        return address
    try:
        parts = urlsplit(address)
        port_is_right = parts.port != 0
    except ValueError:
        raise ValueError("dit is geen webadres") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_right:
        raise ValueError("schrijf een heel adres, dat begint met https:// of http://")
    if "@" in parts.netloc:
        raise ValueError(f"geen naam en wachtwoord in het adres: schrijf {SECRET} en gebruik keys/")
    if SECRET in parts.netloc:
        raise ValueError(f"{SECRET} mag niet in de naam van de server staan")
    return address


WebAddress = Annotated[str, AfterValidator(_web_address)]
EmailAddress = Annotated[str, Field(pattern=r"^[^@\s<>,]+@[^@\s<>,]+$")]


class Notify(BaseModel):
    """Whom a night tells how it ended; without addresses nothing is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_exit_code: Literal[1, 2, 3, 10] = Field(
        default=2,
        description="Vanaf welke afsluitcode een nacht een melding stuurt: 1 ook bij markeringen, "
        "2 als er naar een bron gekeken moet worden, 3 als er niet gepubliceerd is, 10 alleen bij "
        "een onverwachte fout.",
    )
    webhook_url: WebAddress = Field(
        default="",
        description="Adres dat de melding als JSON krijgt (POST), zoals een incoming webhook van "
        f"Slack of Teams. Schrijf `{SECRET}` op de plaats van het geheime deel; dat staat in "
        "`keys/notify-webhook.secret`.",
    )
    webhook_bearer: bool = Field(
        default=False,
        description="Waar als de webhook een token verwacht (Authorization: Bearer), uit "
        "`keys/notify-webhook.secret`.",
    )
    email_to: tuple[EmailAddress, ...] = Field(
        default=(), description="Adressen die de melding als e-mail krijgen."
    )
    email_from: EmailAddress | None = Field(
        default=None, description="Afzender van de e-mail; nodig bij `email_to`."
    )
    smtp_host: str = Field(
        default="", description="Mailserver die de e-mail verstuurt; nodig bij `email_to`."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Poort van de mailserver.")
    smtp_starttls: bool = Field(
        default=True,
        description="Waar als de verbinding met de mailserver versleuteld wordt (STARTTLS).",
    )
    smtp_user: str = Field(
        default="",
        description="Naam om bij de mailserver aan te melden, met het wachtwoord uit "
        "`keys/notify-smtp.secret`. Leeg: niet aanmelden.",
    )
    silent_after_hours: int = Field(
        default=26,
        ge=1,
        description="Uren na de laatste gepubliceerde nacht waarna `impactkompas watch` het stil "
        "vindt.",
    )
    heartbeat_url: WebAddress = Field(
        default="",
        description="Adres dat na elke gepubliceerde nacht wordt opgevraagd (GET), voor een "
        f"bewaker buiten deze machine; `{SECRET}` staat voor `keys/notify-heartbeat.secret`.",
    )

    @property
    def has_channels(self) -> bool:
        """Say whether there is anybody to tell."""
        return bool(self.webhook_url or self.email_to)

    @model_validator(mode="after")
    def _email_is_whole(self) -> Self:
        if self.email_to and not (self.email_from and self.smtp_host):
            raise ValueError("bij email_to horen ook email_from en smtp_host")
        return self

    @model_validator(mode="after")
    def _secrets_travel_encrypted(self) -> Self:
        if self.smtp_user and not (self.smtp_starttls or is_this_machine(self.smtp_host)):
            raise ValueError("met smtp_user moet smtp_starttls aan staan: een wachtwoord gaat mee")
        for address, has_token in (
            (self.webhook_url, self.webhook_bearer),
            (self.heartbeat_url, False),
        ):
            parts = urlsplit(address)
            in_clear = parts.scheme == "http" and not is_this_machine(parts.hostname)
            if in_clear and (has_token or SECRET in address):
                raise ValueError("een adres met een geheim moet met https:// beginnen")
        return self

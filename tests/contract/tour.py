"""The tour of the README by the generated Python client, the same as tour.ts; ./live says how."""

import datetime
import os

from guanxi import AuthenticatedClient, Client
from guanxi.api.auth import auth_login
from guanxi.api.campaigns import campaigns_create, campaigns_submit
from guanxi.api.contracts import contracts_get, contracts_sign, contracts_submit, opportunities_create_contracts
from guanxi.api.leads import leads_convert, leads_create
from guanxi.api.media import media_create_from_template
from guanxi.api.opportunities import opportunities_win
from guanxi.api.parties import parties_create, parties_get, parties_give_role, parties_list, parties_update
from guanxi.api.pipelines import pipelines_create_from_template
from guanxi.api.products import products_create
from guanxi.api.quotes import opportunities_create_quotes, quotes_accept, quotes_send
from guanxi.api.receipts import contracts_create_receipts
from guanxi.api.source_codes import source_codes_create
from guanxi.models import (
    BudgetLine,
    CampaignInput,
    CloseOpportunity,
    CloseReason,
    ClosingSummary,
    ContractInput,
    ConvertLead,
    LeadInput,
    LeadOpportunity,
    LeadSource,
    Login,
    MediaFromTemplate,
    MediaTemplateCode,
    Money,
    Objective,
    PartiesListCount,
    PartiesListKindItem,
    PartiesListSortItem,
    PartyInput,
    PartyKind,
    PartyPatch,
    PartyRole,
    Phone,
    PhoneKind,
    PipelineFromTemplate,
    ProblemBody,
    ProductInput,
    QuoteInput,
    QuoteLine,
    ReceiptInput,
    SignContract,
    SourceCodeInput,
    TemplateCode,
)

tenant, email, password = (os.environ[name] for name in ("TENANT", "EMAIL", "PASSWORD"))
year = datetime.date.today().year


def same(found, expected, of):
    if found != expected:
        raise AssertionError(f"{of}: {found!r} instead of {expected!r}")


def call(operation, *path, **arguments):
    """What was asked for and its headers, or the failure as an exception."""
    answer = operation.sync_detailed(*path, client=client, **arguments)
    if isinstance(answer.parsed, ProblemBody) or answer.parsed is None:
        raise AssertionError(f"{operation.__name__}: {answer.status_code} {answer.content.decode()}")
    return answer.parsed, answer.headers


def done(operation, *path, **arguments):
    return call(operation, *path, **arguments)[0]


def refused(code, operation, *path, **arguments):
    """The failure, which is the one that was expected."""
    problem = operation.sync_detailed(*path, client=client, **arguments).parsed
    same(getattr(problem, "code", None), code, operation.__name__)
    return problem


def yuan(amount):
    return Money(amount=amount, currency="CNY")


# Signed in, by the second try.
base = os.environ["BASE"]
client = Client(base_url=base)
refused("invalid_credentials", auth_login, body=Login(tenant=tenant, email=email, password=f"not {password}"))
tokens = done(auth_login, body=Login(tenant=tenant, email=email, password=password))
client = AuthenticatedClient(base_url=base, token=tokens.access_token)

# A campaign. Sent twice under one key, it is made once.
wish = CampaignInput(
    name="秋季推广",
    starts_on=datetime.date(year, 1, 1),
    ends_on=datetime.date(year, 12, 31),
    currency="CNY",
    objectives=[Objective(metric="responders", target=100)],
    budget_lines=[BudgetLine(name="邮寄", planned=yuan("2000.00"))],
)
campaign = done(campaigns_create, body=wish, idempotency_key="tour-py-campaign")
again, headers = call(campaigns_create, body=wish, idempotency_key="tour-py-campaign")
same(again.id, campaign.id, "the campaign of the retry")
same(headers["Idempotent-Replayed"], "true", "Idempotent-Replayed")
done(campaigns_submit, campaign.id)

# Its source code, after one that cannot be: the place is told.
done(media_create_from_template, body=MediaFromTemplate(template=MediaTemplateCode.STANDARD))


def source_code(month):
    return SourceCodeInput(medium="D", test_group="B", list_="02", month=month, year=year, campaign_id=campaign.id)


wrong = refused("validation_failed", source_codes_create, body=source_code(13))
same(wrong.errors[0].pointer, "/month", "the place that is meant")
code = done(source_codes_create, body=source_code(8))
same(code.code, f"DB0208{year % 10}", "the source code")

# Who answers by it is a lead, and becomes a party with an opportunity.
lead = done(
    leads_create,
    body=LeadInput(
        kind=PartyKind.ORGANISATION,
        name="上海软件有限公司",
        source=LeadSource.CAMPAIGN,
        campaign_id=campaign.id,
        source_code=code.code,
        phones=[Phone(kind=PhoneKind.WORK, number="021-6552 9988")],
    ),
    idempotency_key="tour-py-lead",
)
template = PipelineFromTemplate(template=TemplateCode.PROJECT_SALE, name="Projects")
pipeline = done(pipelines_create_from_template, body=template)
opportunity = LeadOpportunity(pipeline_id=pipeline.id, name="ERP")
converted = done(leads_convert, lead.id, body=ConvertLead(opportunity=opportunity))
party_id, opportunity_id = converted.party_id, converted.opportunity_id

# A change names the version that it was made on.
party = done(parties_get, party_id)
change = PartyPatch(tier="key", note=None)
changed = done(parties_update, party_id, body=change, if_match=f'"{party.version}"')
same(changed.tier, "key", "what was changed")
refused("stale_version", parties_update, party_id, body=change, if_match=f'"{party.version}"')
done(parties_give_role, party_id, PartyRole.CUSTOMER)

# An offer with exact totals, accepted; and won by it.
licence = ProductInput(code="ERP", name="ERP licence", tax_rate="0.06", list_price=yuan("60000.00"))
product = done(products_create, body=licence)
offer = QuoteInput(discount="0.05", lines=[QuoteLine(product_id=product.id, quantity="2")])
quote = done(opportunities_create_quotes, opportunity_id, body=offer)
same((quote.net.amount, quote.gross.amount), ("114000.00", "120840.00"), "net and gross")
done(quotes_send, quote.id)
done(quotes_accept, quote.id)
learnt = ClosingSummary(
    reasons=[CloseReason.SERVICE], lessons="Show the demo early", process_review="One visit too many"
)
done(opportunities_win, opportunity_id, body=CloseOpportunity(closing_summary=learnt))

# The contract, signed and paid in part.
contract = done(opportunities_create_contracts, opportunity_id, body=ContractInput(name="ERP"))
done(contracts_submit, contract.id)
done(contracts_sign, contract.id, body=SignContract())
paid = ReceiptInput(amount=yuan("50000.00"))
receipt = done(contracts_create_receipts, contract.id, body=paid, idempotency_key="tour-py-receipt")
same(receipt.amount.amount, "50000.00", "what was paid")
signed = done(contracts_get, contract.id)
same((signed.received.amount, signed.outstanding.amount), ("50000.00", "70840.00"), "what was paid and what is open")

# A list page by page: everything once.
for name in ("北京长城贸易公司", "Acme Corporation", "杭州云帆科技有限公司"):
    done(parties_create, body=PartyInput(kind=PartyKind.ORGANISATION, name=name))
seen, pages, cursor = [], 0, {}
while True:
    page = done(
        parties_list,
        kind=[PartiesListKindItem.ORGANISATION],
        sort=[PartiesListSortItem("-created_at")],
        limit=2,
        count=PartiesListCount.EXACT,
        **cursor,
    )
    seen += [one.id for one in page.data]
    pages += 1
    if page.next_cursor is None:
        break
    cursor = {"cursor": page.next_cursor}
same((len(set(seen)), len(seen)), (page.total, page.total), "parties on all pages")
same(pages, (len(seen) + 1) // 2, "pages")
same(party_id in seen, True, "the customer is among them")
print(f"the tour in Python: {pages} pages of {len(seen)} parties, contract {signed.stage}")

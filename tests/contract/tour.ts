// The tour of the README by the generated TypeScript client: from the campaign to the receipt, with failures
// told apart by their code, changes under If-Match, a retry by Idempotency-Key, and a list page by page.
// Type-checked against the document, then run against a server; ./live says how.
import createClient from "openapi-fetch";
import type { components, paths } from "../../target/contract/api.js";

type Problem = components["schemas"]["ProblemBody"];
type Outcome<T> = { data?: T; error?: Problem; response: Response };

declare const process: { env: Record<string, string | undefined> };

function set(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** What was asked for, or the failure as an exception. */
function done<T>({ data, error, response }: Outcome<T>): NonNullable<T> {
  if (error) {
    const places = error.errors.map((finding) => finding.pointer ?? finding.parameter);
    throw new Error(`${response.url}: ${error.status} ${error.code} ${error.detail} ${places.join(", ")}`);
  }
  if (data == null) throw new Error(`${response.url}: ${response.status} without a body`);
  return data;
}

/** The failure, which is the one that was expected. */
function refused(code: string, { error, response }: Outcome<unknown>): Problem {
  same(error?.code, code, response.url);
  if (!error) throw new Error("unreachable: the codes are the same");
  return error;
}

function same<T>(found: T, expected: T, of: string): void {
  if (found !== expected) throw new Error(`${of}: ${String(found)} instead of ${String(expected)}`);
}

const baseUrl = set("BASE");
const [tenant, email, password] = [set("TENANT"), set("EMAIL"), set("PASSWORD")];
const key = (of: string) => ({ header: { "Idempotency-Key": `tour-ts-${of}` } });
const year = new Date().getUTCFullYear();

// Signed in, by the second try.
const anonymous = createClient<paths>({ baseUrl });
refused(
  "invalid_credentials",
  await anonymous.POST("/v1/auth/login", { body: { tenant, email, password: `not ${password}` } }),
);
const tokens = done(await anonymous.POST("/v1/auth/login", { body: { tenant, email, password } }));
const client = createClient<paths>({
  baseUrl,
  headers: { authorization: `Bearer ${tokens.access_token}` },
});

// A campaign. Sent twice under one key, it is made once.
const create = () =>
  client.POST("/v1/campaigns", {
    params: key("campaign"),
    body: {
      name: "春季推广",
      starts_on: `${year}-01-01`,
      ends_on: `${year}-12-31`,
      currency: "CNY",
      objectives: [{ metric: "responders", target: 100 }],
      budget_lines: [{ name: "邮寄", planned: { amount: "2000.00", currency: "CNY" } }],
    },
  });
const campaign = done(await create());
const again = await create();
same(done(again).id, campaign.id, "the campaign of the retry");
same(again.response.headers.get("Idempotent-Replayed"), "true", "Idempotent-Replayed");
const campaignPath = { path: { campaign_id: campaign.id } };
done(await client.POST("/v1/campaigns/{campaign_id}/submit", { params: campaignPath }));

// Its source code, after one that cannot be: the place is told.
done(await client.POST("/v1/media/from-template", { body: { template: "standard" } }));
const code = { medium: "D", test_group: "B", list: "01", year, campaign_id: campaign.id };
const wrong = refused(
  "validation_failed",
  await client.POST("/v1/source-codes", { body: { ...code, month: 13 } }),
);
same(wrong.errors[0]?.pointer, "/month", "the place that is meant");
const sourceCode = done(await client.POST("/v1/source-codes", { body: { ...code, month: 8 } }));
same(sourceCode.code, `DB0108${year % 10}`, "the source code");

// Who answers by it is a lead, and becomes a party with an opportunity.
const lead = done(
  await client.POST("/v1/leads", {
    params: key("lead"),
    body: {
      kind: "organisation",
      name: "上海软件有限公司",
      source: "campaign",
      campaign_id: campaign.id,
      source_code: sourceCode.code,
      phones: [{ kind: "work", number: "021-6552 9988" }],
    },
  }),
);
const pipeline = done(
  await client.POST("/v1/pipelines/from-template", { body: { template: "project_sale", name: "Projects" } }),
);
const converted = done(
  await client.POST("/v1/leads/{lead_id}/convert", {
    params: { path: { lead_id: lead.id } },
    body: { opportunity: { pipeline_id: pipeline.id, name: "ERP" } },
  }),
);
const { party_id, opportunity_id } = converted;
if (!party_id || !opportunity_id) throw new Error("a lead was converted into nothing");

// A change names the version that it was made on.
const party = done(await client.GET("/v1/parties/{party_id}", { params: { path: { party_id } } }));
const change = (version: number) =>
  client.PATCH("/v1/parties/{party_id}", {
    params: { path: { party_id }, header: { "If-Match": `"${version}"` } },
    body: { tier: "key", note: null },
  });
const changed = done(await change(party.version));
same(changed.tier, "key", "what was changed");
refused("stale_version", await change(party.version));
done(
  await client.POST("/v1/parties/{party_id}/roles/{role}", {
    params: { path: { party_id, role: "customer" } },
  }),
);

// An offer with exact totals, accepted; and won by it.
const opportunity = { path: { opportunity_id } };
const product = done(
  await client.POST("/v1/products", {
    body: { code: "ERP", name: "ERP licence", tax_rate: "0.06", list_price: { amount: "60000.00", currency: "CNY" } },
  }),
);
const quote = done(
  await client.POST("/v1/opportunities/{opportunity_id}/quotes", {
    params: opportunity,
    body: { discount: "0.05", lines: [{ product_id: product.id, quantity: "2" }] },
  }),
);
same(quote.net?.amount, "114000.00", "net");
same(quote.gross?.amount, "120840.00", "gross");
done(await client.POST("/v1/quotes/{quote_id}/send", { params: { path: { quote_id: quote.id } } }));
done(await client.POST("/v1/quotes/{quote_id}/accept", { params: { path: { quote_id: quote.id } } }));
done(
  await client.POST("/v1/opportunities/{opportunity_id}/win", {
    params: opportunity,
    body: {
      closing_summary: { reasons: ["service"], lessons: "Show the demo early", process_review: "One visit too many" },
    },
  }),
);

// The contract, signed and paid in part.
const contract = done(
  await client.POST("/v1/opportunities/{opportunity_id}/contracts", { params: opportunity, body: { name: "ERP" } }),
);
const contractPath = { path: { contract_id: contract.id } };
done(await client.POST("/v1/contracts/{contract_id}/submit", { params: contractPath }));
done(await client.POST("/v1/contracts/{contract_id}/sign", { params: contractPath, body: {} }));
const receipt = done(
  await client.POST("/v1/contracts/{contract_id}/receipts", {
    params: { ...contractPath, ...key("receipt") },
    body: { amount: { amount: "50000.00", currency: "CNY" } },
  }),
);
same(receipt.amount.amount, "50000.00", "what was paid");
const signed = done(await client.GET("/v1/contracts/{contract_id}", { params: contractPath }));
same(signed.received?.amount, "50000.00", "what the contract has received");
same(signed.outstanding?.amount, "70840.00", "what is open");

// A list page by page: everything once.
for (const name of ["北京长城贸易公司", "Acme Corporation", "杭州云帆科技有限公司"]) {
  done(await client.POST("/v1/parties", { body: { kind: "organisation", name } }));
}
const seen = new Set<string>();
let pages = 0;
let total: number | undefined;
let cursor: string | undefined;
do {
  const page = done(
    await client.GET("/v1/parties", {
      params: { query: { kind: ["organisation"], sort: ["-created_at"], limit: 2, count: "exact", cursor } },
    }),
  );
  page.data.forEach((one) => seen.add(one.id));
  total = page.total;
  cursor = page.next_cursor ?? undefined;
  pages += 1;
} while (cursor);
same(seen.size, total, "parties on all pages");
same(pages, Math.ceil(seen.size / 2), "pages");
same(seen.has(party_id), true, "the customer is among them");
console.log(`the tour in TypeScript: ${pages} pages of ${seen.size} parties, contract ${signed.stage}`);

// What a front end does first, type-checked against the document: create, change under If-Match,
// tell failures apart by their code, page through a list.
import createClient from "openapi-fetch";
import type { components, paths } from "../../target/contract/api.js";

type Party = components["schemas"]["Party"];

export async function tour(baseUrl: string, token: string): Promise<Party[]> {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });
  const made = await client.POST("/v1/parties", {
    params: { header: { "Idempotency-Key": "a-key-of-mine" } },
    body: { kind: "organisation", name: "上海软件有限公司", roles: ["customer"] },
  });
  if (made.error) {
    // Every failure has the same body.
    const places: (string | undefined)[] = made.error.errors.map((finding) => finding.pointer ?? finding.parameter);
    throw new Error(`${made.error.code} at ${places.join(", ")}`);
  }
  const changed = await client.PATCH("/v1/parties/{party_id}", {
    params: { path: { party_id: made.data.id }, header: { "If-Match": `"${made.data.version}"` } },
    body: { tier: "key", note: null },
  });
  if (changed.error?.code === "stale_version") {
    return [];
  }
  const all: Party[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.GET("/v1/parties", {
      params: { query: { role: ["customer"], sort: ["-updated_at"], limit: 100, cursor } },
    });
    all.push(...(page.data?.data ?? []));
    cursor = page.data?.next_cursor ?? undefined;
  } while (cursor);
  return all;
}

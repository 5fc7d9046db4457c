-- Who works on an opportunity with its controller, as a table: the members of `collaborators`.
CREATE TABLE opportunity_people (
    tenant_id UUID NOT NULL,
    record_id UUID NOT NULL,
    user_id UUID NOT NULL,
    CONSTRAINT opportunity_people_pkey PRIMARY KEY (tenant_id, record_id, user_id),
    CONSTRAINT opportunity_people_record_fkey FOREIGN KEY (tenant_id, record_id) REFERENCES opportunities (tenant_id, id),
    CONSTRAINT opportunity_people_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX opportunity_people_user_idx ON opportunity_people (tenant_id, user_id, record_id);
-- They see more from now on, without an event that tells so: whoever follows the feed begins anew.
DELETE FROM feed_views;
-- Lists can be narrowed by amounts. Where most records have one, the index holds all of them.
CREATE INDEX opportunities_amount_filter_idx ON opportunities (tenant_id, amount_currency, amount_minor, id);
CREATE INDEX quotes_gross_filter_idx ON quotes (tenant_id, gross_currency, gross_minor, id);
CREATE INDEX leads_budget_filter_idx ON leads (tenant_id, budget_currency, budget_minor, id)
    WHERE budget_minor IS NOT NULL;
CREATE INDEX parties_revenue_filter_idx ON parties (tenant_id, annual_revenue_currency, annual_revenue_minor, id)
    WHERE annual_revenue_minor IS NOT NULL;
CREATE INDEX products_price_filter_idx ON products (tenant_id, list_price_currency, list_price_minor, id);
CREATE INDEX price_book_entries_price_filter_idx ON price_book_entries (tenant_id, price_currency, price_minor, id);

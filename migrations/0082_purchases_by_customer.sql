-- What customers have bought is added up from this index alone, in the order of the customers: of five million orders of
-- a million customers in 4 s, where looking each order up took 19. Price: it is 627 MB and not 369.
DROP INDEX orders_party_idx;
CREATE INDEX orders_party_idx ON orders (tenant_id, party_id, created_at, id, placed_at, placed_on, deleted_at, currency, bought_steps, returned_steps, cost_steps);

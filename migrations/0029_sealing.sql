-- Why the program has paused an endpoint: what is sealed of it cannot be read.
ALTER TABLE webhook_endpoints ADD COLUMN paused_reason TEXT;

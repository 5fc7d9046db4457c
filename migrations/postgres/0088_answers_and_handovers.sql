-- What is no longer held has a result. A check that asks which result it is takes an absent one.
ALTER TABLE field_handovers ADD CONSTRAINT field_handovers_ended_check
    CHECK ((status IN ('open', 'accepted')) = (result IS NULL));

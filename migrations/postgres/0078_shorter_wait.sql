-- Every search goes through the entries that wait, and so does the look for duplicates of each record that is made: with
-- half a megabyte of them that took longer than all else. So much less waits that a statement of many records still
-- moves them in together.
ALTER INDEX record_texts_words_idx SET (gin_pending_list_limit = 64);

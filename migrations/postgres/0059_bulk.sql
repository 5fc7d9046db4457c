-- Entries wait in a short list and are moved into the index many at once, which takes half the time.
-- Reading does not ask under serializable transactions any more (it looks aside), so nobody is in the
-- way of those who write; what a search goes through besides are half a megabyte at most.
ALTER INDEX record_texts_words_idx SET (fastupdate = on, gin_pending_list_limit = 512);

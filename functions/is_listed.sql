(contains(terms.ends, right(text, 1)) and contains(terms.terms, '␟' || text || '␟'))

"""A person alone at a desk: questions to answer for oneself, a journal, questionnaires, and how far one has come."""

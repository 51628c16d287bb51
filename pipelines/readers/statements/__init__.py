"""What a document states outside its table: dates, letters, figures in prose, marks such as a draft's."""

"""What is made for people: pages, reports, workbooks and lists."""

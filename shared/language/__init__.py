"""What people read, in their language: catalogues and how they are used."""

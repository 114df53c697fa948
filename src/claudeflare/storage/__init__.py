"""Everything durable. The only package that imports SQLAlchemy; callers get and give plain values."""

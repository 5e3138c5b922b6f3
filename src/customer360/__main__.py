"""`python -m customer360 <verb>`."""

from customer360.cli import run

if __name__ == "__main__":
    run()

"""`python -m kokeilu` is the `kokeilu` command."""

from kokeilu.cli import main

if __name__ == "__main__":
    main()

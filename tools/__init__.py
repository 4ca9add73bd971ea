"""What the project needs beside the program; not part of the wheel."""

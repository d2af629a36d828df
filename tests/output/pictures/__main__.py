"""Pictures of routes, networks, outlets, probabilities and months, and their titles: the numbers drawn are those that h5py and numpy
find in the files, no text meets another, and what makes no sense is told in a sentence. A file for each picture.

Usage: pictures ZHOL SCENARIOS [TEST...]
"""
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
sys.dont_write_bytecode = True
if __name__ == "__main__":
    names, sys.argv = sys.argv[3:], sys.argv[:3]
    tests = unittest.TestSuite()
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in names] or None
    for file in sorted(HERE.glob("test_*.py")):
        tests.addTests(loader.loadTestsFromName(file.stem))
    assert tests.countTestCases() > 0
    sys.exit(not unittest.TextTestRunner().run(tests).wasSuccessful())

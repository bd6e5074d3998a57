"""Tests of what definitions written for engines mean as charts."""

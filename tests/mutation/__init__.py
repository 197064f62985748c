"""Mutants of right servers, graded: does the grader notice?"""

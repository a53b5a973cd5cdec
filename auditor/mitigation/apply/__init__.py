"""Carry out a plan: the only part of the program that holds a client that can write."""

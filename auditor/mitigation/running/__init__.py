"""Carry out a plan and journal it: the only room of the program that holds a client that can write."""

"""What can be done about an exposed photo: policies, the plan they make, its execution, its undoing."""

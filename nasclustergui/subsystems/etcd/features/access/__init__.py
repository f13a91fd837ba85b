"""Who may do what with etcd: users, roles, authentication, and how its endpoints are protected."""

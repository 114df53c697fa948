"""The OAuth side of the simulated API: sign-in with PKCE, rotating tokens, workload identity, what tokens may see."""

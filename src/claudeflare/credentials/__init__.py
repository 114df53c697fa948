"""What opens accounts: secrets at rest are sealed here, plain ones leave only as `providers.Credential`, in memory."""

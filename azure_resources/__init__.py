"""What a project has in Azure: seen, followed and removed through the Azure CLI."""

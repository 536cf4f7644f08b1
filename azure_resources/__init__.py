"""What a project has in Azure: deployed, seen, and removed, through the Azure CLI.

az           the Azure CLI as a function: arguments in, data out; account says who is signed in
refusal      what Azure refused, read from what az writes; next_steps, what to do about it
redaction    hides tokens, keys and passwords in what is shown
ownership    whose is it? a random id decides, in a tag and at a name's end
inventory    what stands in a resource group, and what is soft-deleted
guests       what others have put into one's own services
cleanup      removes one's own, and nothing else; purging, what stays soft-deleted behind it
deployment   begins one, follows it to its end, cancels it; progress, its operations as lines
patience     asks again while something runs in Azure, by a clock
"""

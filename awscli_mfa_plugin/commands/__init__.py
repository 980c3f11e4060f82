"""The subcommands: arguments in, a result out as text or through the CLI's formatter."""

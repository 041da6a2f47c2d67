"""The desk under load: agents and waiting users at work on a server that is measured from outside."""

"""XML as System.Xml.Linq has it: nodes, their reader and their writer."""

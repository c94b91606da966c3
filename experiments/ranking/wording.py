def table(f,b): return [],[]
def heads(f,b): return ""
def lines(f): return []

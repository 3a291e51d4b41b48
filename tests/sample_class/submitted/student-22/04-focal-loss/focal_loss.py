# für die Übung
x = 1

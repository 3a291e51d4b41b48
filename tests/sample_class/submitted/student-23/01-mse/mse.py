vm

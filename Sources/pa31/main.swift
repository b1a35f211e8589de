import ArgumentParser
import Configuration
import Crypto
import Yams
print("stub")
